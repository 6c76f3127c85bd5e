"""The papers' constants as printed, and sharp ones."""
