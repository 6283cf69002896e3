FROM scratch
ENV SET=abcbd EMPTY= A=a STARS=x*y*z? BRACKETS=[a]b PATHS=/a/b/c _SET2=two
RUN --device=a,required --mount=type=cache,mode=$v --mount=type=ssh,required=${9:?$_1}Q,source=${é%$${9:${PATH#!}}},"targ${v#de=$a ${PATH//'$v'/${_1+,}} �
LABEL value=$@-$*-$#-$?-$$-$!-$0
