"""Explanations: a user's predict function, run apart from the server, and LIME and SHAP on it."""
