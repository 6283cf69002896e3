FROM alue
ADD A <<-"B" � $V
B
