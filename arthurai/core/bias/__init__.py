"""Import path of the official SDK; see `arthurai.model.bias`."""
