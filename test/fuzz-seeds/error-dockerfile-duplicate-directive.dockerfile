# escape=`
# escape=MA`2
