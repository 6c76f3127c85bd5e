"""The course made from the chapters: notebooks for students, for teachers and for nbgrader."""
