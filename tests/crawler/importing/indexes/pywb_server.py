"""pywb's application on a socket that listens already: whoever connects is answered once it is up.

Run by the Python of .venv/replay, in a folder of collections: `python pywb_server.py DESCRIPTOR`.
"""

from gevent import monkey

monkey.patch_all()

import socket  # noqa: E402
import sys  # noqa: E402

from gevent.pywsgi import WSGIServer  # noqa: E402
from pywb.apps.frontendapp import FrontEndApp  # noqa: E402
from pywb.utils.geventserver import RequestURIWSGIHandler  # noqa: E402

listening = socket.socket(fileno=int(sys.argv[1]))
WSGIServer(listening, FrontEndApp(), handler_class=RequestURIWSGIHandler).serve_forever()
