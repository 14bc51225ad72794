"""What runs notebooks in databricks-local: a driver that holds Spark, and a process for each run."""
