FROM sh
CMD ["a", 1]
