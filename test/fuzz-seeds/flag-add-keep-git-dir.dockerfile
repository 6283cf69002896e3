FROM a
ADD --keep-git-dir=true R /
