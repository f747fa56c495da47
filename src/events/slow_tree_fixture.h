#pragma once
/// JSON as a tree, read the plainest way: for the judge.
///
/// Place: tests only; shares no code with the readers that it helps to judge. Source: RFC 8259 and
/// 3629.

#include <string>
#include <string_view>
#include <vector>

namespace clicklake::events {

/// Thrown where a text is not what it should be.
struct Refused {};

struct Member;

struct Tree {
  char kind = 'n';   ///< n t f 0 " [ {: the first character, digits and signs being 0
  std::string text;  ///< of a string: decoded; of others: as written
  std::vector<Member> members;
};

struct Member {
  std::string first;
  Tree second;
};

/// The object at the beginning of `text`; throws Refused where there is none.
Tree read_object(std::string_view text);

/// Appends a code point, half a surrogate pair too, as UTF-8.
void append_code_point(std::string* out, unsigned c);

}  // namespace clicklake::events
