from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import WimError
from provider_wim.tree import WimImage
from provider_wim.wim_format.xml_data import MOST_XML, parse_xml

WINDOWS = """
<NAME>NanoServer</NAME><DESCRIPTION>Nano &amp; small</DESCRIPTION>
<FLAGS>ServerDatacenterNano</FLAGS>
<DIRCOUNT>12</DIRCOUNT><FILECOUNT>34</FILECOUNT><TOTALBYTES>5678</TOTALBYTES>
<HARDLINKBYTES>90</HARDLINKBYTES><DISPLAYNAME>Nano Server</DISPLAYNAME>
<CREATIONTIME><HIGHPART>0x01D1193B</HIGHPART><LOWPART>0x2FE00000</LOWPART></CREATIONTIME>
<WINDOWS><ARCH>9</ARCH><EDITIONID>ServerDatacenterNano</EDITIONID>
<INSTALLATIONTYPE>Nano Server</INSTALLATIONTYPE>
<LANGUAGES><LANGUAGE>en-US</LANGUAGE><LANGUAGE>de-DE</LANGUAGE><DEFAULT>en-US</DEFAULT></LANGUAGES>
<VERSION><MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>10586</BUILD><SPBUILD>0</SPBUILD></VERSION>
</WINDOWS>
"""


def document(*images: str) -> bytes:
    inner = "".join(
        f'<IMAGE INDEX="{number}">{image}</IMAGE>' for number, image in enumerate(images, start=1)
    )
    return encoded(f"<WIM><TOTALBYTES>1</TOTALBYTES>{inner}</WIM>")


def encoded(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def test_a_windows_image() -> None:
    assert parse_xml(document(WINDOWS), 1) == (
        WimImage(
            index=1,
            name="NanoServer",
            description="Nano & small",
            display_name="Nano Server",
            flags="ServerDatacenterNano",
            edition="ServerDatacenterNano",
            installation_type="Nano Server",
            architecture="amd64",
            version="10.0.10586.0",
            languages=("en-US", "de-DE"),
            created=0x01D1193B2FE00000,
            files=34,
            directories=12,
            total_bytes=5678,
            hard_link_bytes=90,
        ),
    )


def test_a_data_image_has_no_version() -> None:
    (image,) = parse_xml(document("<NAME>Data</NAME>"), 1)
    assert (image.version, image.architecture, image.is_windows) == ("", "", False)


def test_images_that_are_left_out_have_their_number() -> None:
    assert [image.index for image in parse_xml(encoded("<WIM/>"), 3)] == [1, 2, 3]


def test_images_come_by_their_number() -> None:
    text = (
        '<WIM><IMAGE INDEX="2"><NAME>b</NAME></IMAGE><IMAGE INDEX="1"><NAME>a</NAME></IMAGE></WIM>'
    )
    assert [image.name for image in parse_xml(encoded(text), 2)] == ["a", "b"]


@pytest.mark.parametrize(
    ("code", "architecture"),
    [("0", "386"), ("5", "arm"), ("9", "amd64"), ("12", "arm64"), ("77", ""), ("x", "")],
)
def test_architectures(code: str, architecture: str) -> None:
    text = f"<WINDOWS><ARCH>{code}</ARCH></WINDOWS>"
    assert parse_xml(document(text), 1)[0].architecture == architecture


def test_without_spbuild_it_is_zero() -> None:
    parts = "<MAJOR>6</MAJOR><MINOR>1</MINOR><BUILD>7601</BUILD>"
    text = f"<WINDOWS><VERSION>{parts}</VERSION></WINDOWS>"
    assert parse_xml(document(text), 1)[0].version == "6.1.7601.0"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<WIM/>",
        b"\xfe\xff" + "<WIM/>".encode("utf-16-be"),
        b"\xff\xfe" + "<WIM/>".encode("utf-16-le") + b"\0",  # half a unit
        b"\xff\xfe" + "<WIM>\ud800</WIM>".encode("utf-16-le", "surrogatepass"),
        encoded("<WIM>"),
        encoded("<WIN/>"),
        encoded("<WIM>" + "<a>" * 70 + "</a>" * 70 + "</WIM>"),
        encoded("<!DOCTYPE WIM><WIM/>"),
        encoded('<!DOCTYPE WIM [<!ENTITY a "b">]><WIM>&a;</WIM>'),
        encoded("<WIM>&undefined;</WIM>"),
        encoded("<WIM><IMAGE/></WIM>"),
        encoded('<WIM><IMAGE INDEX="0"/></WIM>'),
        encoded('<WIM><IMAGE INDEX="2"/></WIM>'),
        encoded('<WIM><IMAGE INDEX="1"/><IMAGE INDEX="1"/></WIM>'),
        document("<TOTALBYTES>-1</TOTALBYTES>"),
        document("<TOTALBYTES>1_0</TOTALBYTES>"),
        document("<TOTALBYTES>" + "9" * 5000 + "</TOTALBYTES>"),
        document("<CREATIONTIME><HIGHPART>0xFFFFFFFFF</HIGHPART></CREATIONTIME>"),
        document("<CREATIONTIME><HIGHPART>zz</HIGHPART></CREATIONTIME>"),
        bytes(MOST_XML + 1),
    ],
)
def test_what_breaks_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(WimError):
        parse_xml(data, 1)


def test_a_prolog_cannot_change_the_encoding() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-7"?><WIM><IMAGE INDEX="1"><NAME>ü</NAME></IMAGE></WIM>'
    )
    assert parse_xml(encoded(text), 1)[0].name == "ü"


def test_long_texts_are_cut() -> None:
    (image,) = parse_xml(document(f"<NAME>{'n' * 10_000}</NAME>"), 1)
    assert len(image.name) == 4096


@given(st.text())
def test_any_text_is_xml_or_refused(text: str) -> None:
    with suppress(WimError):
        parse_xml(b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"), 1)
