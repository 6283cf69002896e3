FROM scratch
RUN --device=a,required --mount=type=cache,mode=$v --mount=type=s_{$/'v$'//HT_P{"${v#de\\AP{$:9{$$%é{$=ecruos<<}1_$?:9{$=deriu\\qer,hs1+,}} default echo x > /f
ENV SET=abc7bd EMPTY= A=a STAS=x*y*z? BRACKETS=[a]b PATHS=/a/b/c _SET2=two
