FROM sch
ENV A two=2
