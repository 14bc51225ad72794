# Databricks notebook source
rows = spark.sql("SELECT count(*) AS c FROM shop.sales").first().c
news = spark.read.format("delta").load(f"/mnt/{dbutils.widgets.get('bucket')}/tables/news").count()
names = sorted(row.tableName for row in spark.sql("SHOW TABLES").collect() if not row.isTemporary)
dbutils.notebook.exit(f"{rows} {news} {names}")
