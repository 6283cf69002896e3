SHELL /b\na=1
