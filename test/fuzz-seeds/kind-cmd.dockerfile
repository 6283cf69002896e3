FROM a
CMD "]
