"""Settings of nbgrader for this course; change them as you like."""

from course.isolation import isolate

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.course_id = "lqr"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.Execute.timeout = 120  # seconds for each cell
isolate(c)  # autograding runs submissions in a sandbox
