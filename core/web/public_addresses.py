"""Which IP addresses are on the public internet, also where an IPv6 address stands for an IPv4 address."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

# RFC 6052: a translator (NAT64) forwards these to the IPv4 address in the last four bytes.
NAT64 = IPv6Network("64:ff9b::/96")
# RFC 4291: everything else is unassigned, local or multicast.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NOT_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # RFC 6890: protocol assignments, used for metadata by a cloud
    IPv4Network("168.63.129.16/32"),  # the platform of Azure, reachable only from its machines
    IPv6Network("3fff::/20"),  # RFC 9637: documentation
)


def is_public(address: IPAddress) -> bool:
    """Whether the address is on the public internet, and not private, local, multicast or reserved.

    >>> from ipaddress import ip_address
    >>> [is_public(ip_address(text)) for text in ("8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8")]
    [True, True, True]
    >>> [is_public(ip_address(text)) for text in ("10.0.0.1", "169.254.169.254", "224.0.1.1", "fd00:ec2::254")]
    [False, False, False, False]
    >>> [is_public(ip_address(text)) for text in ("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::10.0.0.1")]
    [False, False, False]
    """
    embedded = embedded_ipv4(address)
    if embedded is not None:
        return is_public(embedded)
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    is_special = address.is_multicast or address.is_reserved or any(address in network for network in NOT_PUBLIC)
    return address.is_global and not is_special


def embedded_ipv4(address: IPAddress) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: IPv4-mapped, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
