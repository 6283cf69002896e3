"""Fetches the URL in the argument, and trusts what the names of certificates lead to."""

import ssl
import sys
import urllib.request

context = ssl.create_default_context(capath="/etc/ssl/certs")
print(urllib.request.urlopen(sys.argv[1], context=context).read().decode(), end="")
