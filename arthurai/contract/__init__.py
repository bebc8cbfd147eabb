"""Does a server conform to the API document, and what does a change of the document break."""
