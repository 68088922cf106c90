"""Install every image of an archive, and show what is installed now.

python install_archive.py HOME ARCHIVE.tar
"""

import sys

from provider_core import Host

with Host(home=sys.argv[1]) as host:
    host.install(sys.argv[2])
    for image in host.list():
        print(image.name, image.version, image.image_id.short)
