FROM a

run --mount=type=bin`t=${_1+${9%+<<"EOF"}e_[{$ mMC"rnel/punic
