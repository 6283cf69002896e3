FROM alue
ADD <<A <<-"B" /d/
a $
A
	b $V
B
