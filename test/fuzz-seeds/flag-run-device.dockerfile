FROM scratch
RUN --device=a,required -
