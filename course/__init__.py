"""The course made from the chapters: notebooks for students, teachers and nbgrader, and decks."""
