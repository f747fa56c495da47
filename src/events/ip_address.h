#pragma once
/// Addresses as event patterns read them from text.
///
/// Place: `cidr`, and exact texts that are addresses.
/// Invariant: an IPv4 address mapped into IPv6 is the IPv4 address. Thread safety: values.
/// Source: Event Ruler 2.1.0 with java.net.InetAddress; docs/events.md, "Addresses".

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace clicklake::events {

struct IpAddress {
  std::uint8_t size = 0;  ///< bytes: 4 or 16
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;

  /// The address with all but its first `bits` bits 0.
  IpAddress masked(int bits) const;
};

/// Four decimal numbers with points (zeros may lead, 15 bytes at most), or IPv6 in hexadecimal
/// groups, without an IPv4 tail and without a zone. Cost: some ns, less where the text is none.
std::optional<IpAddress> parse_ip_address(std::string_view text);

}  // namespace clicklake::events
