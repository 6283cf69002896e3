FROM a
ADD --keep-git-dir=true R{u/+}AP{$ TH:-'${a-$9${9//0644/1000:1000}}'}
ONBUILD ENTRYPOIa.txCMD --chown=1:2 --network=none ${a//${PATH#'/'}/$9} ONBUILD  9=a}'?'9=é '$_1${a:<<'EOF'}${.txt /x/
