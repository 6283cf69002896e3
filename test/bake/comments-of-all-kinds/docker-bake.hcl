# a
// b
/* c
 d */
target "default" { // e
 args = { # f
  A = 1, /* g */ B = 2
 }
}
