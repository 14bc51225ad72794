"""Tests of how notebooks are read. Run by notebook-source.test.ts; needs nothing but Python."""

import json
import unittest

from spark.notebook_source import (
    Cell,
    NotebookError,
    Segment,
    parse_notebook,
    parse_run,
    python_segments,
    resolve_notebook,
    split_sql,
    widgets_of,
)

SOURCE = """# Databricks notebook source
# MAGIC %md
# MAGIC # Pins
# MAGIC
# MAGIC Text

# COMMAND ----------

# DBTITLE 1,Mount it
dbutils.fs.mount("s3n://a", "/mnt/a")

# COMMAND ----------

# MAGIC %sql SELECT 1;
# MAGIC SELECT 2

# COMMAND ----------

# MAGIC %run "./helpers/clean me" $topic="pin"

# COMMAND ----------

# MAGIC %python
# MAGIC x = 1
"""


class Source(unittest.TestCase):
    def test_cells_with_their_languages_and_titles(self):
        cells = parse_notebook(SOURCE)
        self.assertEqual([cell.language for cell in cells], ["md", "python", "sql", "python", "python"])
        self.assertEqual(cells[0].text.split(), ["#", "Pins", "Text"])
        self.assertEqual(cells[1], Cell("python", 'dbutils.fs.mount("s3n://a", "/mnt/a")', "Mount it"))
        self.assertEqual(cells[2].text, "SELECT 1;\nSELECT 2")
        self.assertEqual(cells[4].text, "\nx = 1")

    def test_line_ends_of_windows_and_a_byte_order_mark(self):
        self.assertEqual(parse_notebook("\ufeff" + SOURCE.replace("\n", "\r\n")), parse_notebook(SOURCE))

    def test_a_plain_script_is_one_cell(self):
        self.assertEqual(parse_notebook("import os\nprint(1)\n"), [Cell("python", "import os\nprint(1)")])

    def test_cells_without_anything_are_no_cells(self):
        text = "# Databricks notebook source\n\n# COMMAND ----------\n\n\n# COMMAND ----------\nx = 1\n"
        self.assertEqual(parse_notebook(text), [Cell("python", "x = 1")])

    def test_only_the_separator_itself_separates(self):
        text = '# Databricks notebook source\nx = "# COMMAND ----------"\n# COMMAND ---------- not\n'
        self.assertEqual(len(parse_notebook(text)), 1)

    def test_a_notebook_of_sql(self):
        text = "-- Databricks notebook source\nSELECT 1\n\n-- COMMAND ----------\n\n-- MAGIC %python\n-- MAGIC x = 1"
        self.assertEqual(parse_notebook(text), [Cell("sql", "SELECT 1"), Cell("python", "\nx = 1")])

    def test_an_empty_file_has_no_cells(self):
        self.assertEqual(parse_notebook(""), [])
        self.assertEqual(parse_notebook("# Databricks notebook source"), [])


class Jupyter(unittest.TestCase):
    def book(self, cells, metadata=None):
        return json.dumps({"cells": cells, "metadata": metadata or {}, "nbformat": 4})

    def test_cells_as_databricks_exports_them(self):
        title = {"application/vnd.databricks.v1+cell": {"title": "Read"}}
        text = self.book(
            [
                {"cell_type": "markdown", "source": ["# Pins\n", "text"]},
                {"cell_type": "code", "source": ["%sql\n", "SELECT 1"], "metadata": title},
                {"cell_type": "code", "source": "x = 1\nx"},
                {"cell_type": "code", "source": []},
                {"cell_type": "raw", "source": "raw"},
            ]
        )
        self.assertEqual(
            parse_notebook(text),
            [Cell("md", "# Pins\ntext"), Cell("sql", "\nSELECT 1", "Read"), Cell("python", "x = 1\nx")],
        )

    def test_the_language_of_the_notebook(self):
        text = self.book(
            [{"cell_type": "code", "source": "SELECT 1"}, {"cell_type": "code", "source": "%python\n1"}],
            {"application/vnd.databricks.v1+notebook": {"language": "sql"}},
        )
        self.assertEqual([cell.language for cell in parse_notebook(text)], ["sql", "python"])

    def test_widgets_that_it_was_saved_with(self):
        widgets = {
            "topic": {"currentValue": "geo", "widgetInfo": {"defaultValue": "pin"}},
            "mode": {"widgetInfo": {"defaultValue": "Batch"}},
        }
        text = self.book([], {"application/vnd.databricks.v1+notebook": {"widgets": widgets}})
        self.assertEqual(widgets_of(text), {"topic": "geo", "mode": "Batch"})
        for other in (self.book([]), SOURCE, "{", "[]", '{"metadata": null}'):
            self.assertEqual(widgets_of(other), {})

    def test_what_is_no_notebook_says_so(self):
        for text in ("{", '{"worksheets": []}', '{"cells": null, "metadata": []}'):
            with self.assertRaises(NotebookError):
                parse_notebook(text)


class Segments(unittest.TestCase):
    def test_code_alone(self):
        self.assertEqual(python_segments("x = 1\ny = 2"), [Segment("code", "x = 1\ny = 2", 0)])

    def test_magics_between_code(self):
        found = python_segments("%pip install a==1\nimport a\n%run ./b\n!ls -l\na.f()")
        self.assertEqual(
            found,
            [
                Segment("pip", "install a==1", 0),
                Segment("code", "import a", 1),
                Segment("run", "./b", 2),
                Segment("!", "ls -l", 3),
                Segment("code", "a.f()", 4),
            ],
        )

    def test_what_python_understands_is_no_magic(self):
        for text in ('x = ("%s"\n% 1)', 'x = """\n%run ./b\n"""', "x = [\n!= 1]"):
            self.assertEqual([one.kind for one in python_segments(text)], ["code"])

    def test_indentation_of_the_first_line_is_taken_off_all_lines(self):
        self.assertEqual(python_segments("\n  x = 1\n  if x:\n    x = 2"), [Segment("code", "\nx = 1\nif x:\n  x = 2", 0)])
        self.assertEqual([one.kind for one in python_segments("\n\n\t%run ./a\n\tx = 1")], ["run", "code"])

    def test_the_path_of_run_on_a_line_below(self):
        found = python_segments('%run \n\n"/Users/ada/a b"\nx = 1')
        self.assertEqual(found, [Segment("run", '"/Users/ada/a b"', 0), Segment("code", "\n\nx = 1", 1)])

    def test_what_looks_like_a_magic_inside_of_a_text(self):
        found = python_segments('%pip install a\nx = """\n%run ./b\n"""')
        self.assertEqual([one.kind for one in found], ["pip", "code"])


class Run(unittest.TestCase):
    def test_paths_and_parameters(self):
        for text, expected in {
            "./a": ("./a", {}),
            '"./a b"': ("./a b", {}),
            "'../x/a'": ("../x/a", {}),
            "./a b": ("./a b", {}),
            '/Users/ada/a $topic="pin" $n=3': ("/Users/ada/a", {"topic": "pin", "n": "3"}),
            '"./a" $x = "two words"': ("./a", {"x": "two words"}),
        }.items():
            self.assertEqual(parse_run(text), expected)

    def test_which_notebook_a_path_means(self):
        for path, expected in {
            "./b": "/Users/ada/b",
            "b": "/Users/ada/b",
            "../bob/c": "/Users/bob/c",
            "/Shared/d": "/Shared/d",
            "/Workspace/Users/e": "/Users/e",
            "./b.py": "/Users/ada/b",
            "../../../../f": "/f",
        }.items():
            self.assertEqual(resolve_notebook(path, "/Users/ada/a"), expected)


class Sql(unittest.TestCase):
    def test_statements(self):
        self.assertEqual(split_sql("SELECT 1;\n\nSELECT 2 -- two;\n;"), ["SELECT 1", "SELECT 2 -- two;"])
        self.assertEqual(split_sql("-- nothing;\n/* at;\nall */"), [])

    def test_semicolons_inside_of_texts(self):
        text = """SELECT 'a;b', "c;d", `e;f`, 'it''s;', 'a\\';b' /* ; */"""
        self.assertEqual(split_sql(text), [text])


if __name__ == "__main__":
    unittest.main()
