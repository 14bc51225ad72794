# Databricks notebook source
from pyspark.sql.functions import udf


def loud(text):
    return text.upper() + "!" if text else "?"


shout = udf(loud)
