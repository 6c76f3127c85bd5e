"""The course: what is made of the chapters for those who teach from them."""
