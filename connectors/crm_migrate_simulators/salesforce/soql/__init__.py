"""SOQL: a query's text is read into a tree (`parsing`), and the tree is answered from the records (`answering`)."""
