FROM sch
ENV A tw