"""Running the code of users in a confined process."""
