"""The pages of the dashboard; each module registers its own."""
