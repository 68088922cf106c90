"""Add a folder of images as a source, and list what it has.

python find_images.py HOME FOLDER
"""

import sys

from provider_core import Host

with Host(home=sys.argv[1]) as host:
    host.add_source("lab", sys.argv[2])
    for package in host.find("*").packages:
        print(package.name, package.version, package.summary)
