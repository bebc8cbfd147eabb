"""Work in the background: one worker thread, the event bus, and the evaluation of alert rules."""
