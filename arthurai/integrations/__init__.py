"""Other tools: captures of SageMaker, logged models of MLflow; imported only when used."""
