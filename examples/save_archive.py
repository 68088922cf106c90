"""Save an image to an archive that Docker, Podman and containerd load.

python save_archive.py HOME NAME ARCHIVE.tar
"""

import sys

from provider_core import Host

with Host(home=sys.argv[1]) as host:
    result = host.save(sys.argv[2], to=sys.argv[3])
    print(*result.saved.names, result.saved.written, "bytes")
