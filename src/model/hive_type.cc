#include "model/hive_type.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

namespace clicklake {
namespace {

struct Name {
  std::string_view text;
  HiveKind kind;
};

/// Canonical names first: to_string takes the first of a kind.
constexpr std::array<Name, 18> kNames{{
    {"boolean", HiveKind::kBoolean},
    {"tinyint", HiveKind::kTinyint},
    {"smallint", HiveKind::kSmallint},
    {"int", HiveKind::kInt},
    {"bigint", HiveKind::kBigint},
    {"float", HiveKind::kFloat},
    {"double", HiveKind::kDouble},
    {"decimal", HiveKind::kDecimal},
    {"string", HiveKind::kString},
    {"char", HiveKind::kChar},
    {"varchar", HiveKind::kVarchar},
    {"binary", HiveKind::kBinary},
    {"date", HiveKind::kDate},
    {"timestamp", HiveKind::kTimestamp},
    {"array", HiveKind::kArray},
    {"map", HiveKind::kMap},
    {"struct", HiveKind::kStruct},
    {"integer", HiveKind::kInt},
}};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class TypeReader {
 public:
  TypeReader(std::string_view text, std::size_t position, HiveTypeFault* fault)
      : text_(text), at_(position), fault_(fault) {}

  std::size_t position() const { return at_; }

  bool read(HiveType* type, int depth) {
    if (depth > kMaxTypeDepth) return fail("types are nested too deeply");
    skip_blanks();
    const std::size_t begin = at_;
    const std::string name = word();
    if (name.empty()) return fail("expected a type");
    if (name == "real") {
      *type = HiveType::of(HiveKind::kFloat);
      return true;
    }
    for (const Name& known : kNames) {
      if (known.text != name) continue;
      *type = HiveType::of(known.kind);
      return rest(type, depth);
    }
    at_ = begin;
    return fail("there is no type '" + name + "'");
  }

 private:
  bool rest(HiveType* type, int depth) {
    switch (type->kind) {
      case HiveKind::kDouble: return double_precision();
      case HiveKind::kDecimal: return decimal(type);
      case HiveKind::kChar: return length(type, 255);
      case HiveKind::kVarchar: return length(type, 65535);
      case HiveKind::kArray:
        type->children.resize(1);
        return expect('<') && read(&type->children[0], depth + 1) && expect('>');
      case HiveKind::kMap:
        type->children.resize(2);
        return expect('<') && key(&type->children[0], depth + 1) && expect(',') &&
               read(&type->children[1], depth + 1) && expect('>');
      case HiveKind::kStruct: return fields(type, depth);
      default: return true;
    }
  }

  bool key(HiveType* type, int depth) {
    skip_blanks();
    const std::size_t begin = at_;
    if (!read(type, depth)) return false;
    if (!type->children.empty()) {
      at_ = begin;
      return fail("a map's key must be a simple type");
    }
    return true;
  }

  bool double_precision() {
    const std::size_t begin = at_;
    skip_blanks();
    if (word() != "precision") at_ = begin;
    return true;
  }

  bool decimal(HiveType* type) {
    type->precision = 10;
    if (!next_is('(')) return true;
    expect('(');
    if (!number(&type->precision, 1, 38)) return false;
    if (next_is(',')) {
      expect(',');
      if (!number(&type->scale, 0, type->precision)) return false;
    }
    return expect(')');
  }

  bool length(HiveType* type, int most) {
    return expect('(') && number(&type->precision, 1, most) && expect(')');
  }

  bool fields(HiveType* type, int depth) {
    if (!expect('<')) return false;
    std::unordered_set<std::string> names;
    do {
      skip_blanks();
      const std::size_t begin = at_;
      std::string name = at_ < text_.size() && text_[at_] == '`' ? quoted() : word();
      if (name.empty()) return fail("expected a field's name");
      if (!names.insert(name).second) {
        at_ = begin;
        return fail("the field '" + name + "' is there twice");
      }
      type->field_names.push_back(std::move(name));
      type->children.emplace_back();
      if (!expect(':') || !read(&type->children.back(), depth + 1)) return false;
    } while (next_is(',') && expect(','));
    return expect('>');
  }

  bool number(int* value, int least, int most) {
    skip_blanks();
    const std::size_t begin = at_;
    int read = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && read <= most)
      read = read * 10 + (text_[at_++] - '0');
    if (at_ == begin || read < least || read > most) {
      at_ = begin;
      return fail("expected a number from " + std::to_string(least) + " to " +
                  std::to_string(most));
    }
    *value = read;
    return true;
  }

  std::string word() {
    std::string out;
    while (at_ < text_.size() && is_name_byte(text_[at_])) out += lower(text_[at_++]);
    return out;
  }

  std::string quoted() {
    std::string out;
    for (std::size_t p = at_ + 1; p < text_.size(); ++p) {
      if (text_[p] != '`') {
        out += lower(text_[p]);
      } else if (p + 1 < text_.size() && text_[p + 1] == '`') {
        out += '`';
        ++p;
      } else {
        at_ = p + 1;
        return out;
      }
    }
    return {};
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if (text_.substr(at_, 2) == "--") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*" && text_.find("*/", at_ + 2) != text_.npos) {
        at_ = text_.find("*/", at_ + 2) + 2;
      } else {
        return;
      }
    }
  }

  bool next_is(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }

  bool expect(char c) {
    if (!next_is(c)) return fail(std::string("expected '") + c + "'");
    ++at_;
    return true;
  }

  bool fail(std::string message) {
    *fault_ = {.position = at_, .message = std::move(message)};
    return false;
  }

  std::string_view text_;
  std::size_t at_;
  HiveTypeFault* fault_;
};

void append_name(std::string* out, const std::string& name) {
  bool plain = !name.empty();
  for (const char c : name) plain = plain && is_name_byte(c);
  if (plain) {
    *out += name;
    return;
  }
  *out += '`';
  for (const char c : name) {
    *out += c;
    if (c == '`') *out += c;
  }
  *out += '`';
}

void append(std::string* out, const HiveType& type) {
  for (const Name& name : kNames) {
    if (name.kind != type.kind) continue;
    *out += name.text;
    break;
  }
  switch (type.kind) {
    case HiveKind::kDecimal:
      *out += "(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
      return;
    case HiveKind::kChar:
    case HiveKind::kVarchar: *out += "(" + std::to_string(type.precision) + ")"; return;
    default: break;
  }
  if (type.children.empty()) return;
  *out += '<';
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    if (i > 0) *out += ',';
    if (type.kind == HiveKind::kStruct) {
      append_name(out, type.field_names[i]);
      *out += ':';
    }
    append(out, type.children[i]);
  }
  *out += '>';
}

}  // namespace

HiveType HiveType::map_of_strings() {
  HiveType type = of(HiveKind::kMap);
  type.children = {of(HiveKind::kString), of(HiveKind::kString)};
  return type;
}

std::string to_string(const HiveType& type) {
  std::string out;
  append(&out, type);
  return out;
}

bool read_hive_type(std::string_view text, std::size_t* position, HiveType* type,
                    HiveTypeFault* fault) {
  TypeReader reader(text, *position, fault);
  if (!reader.read(type, 0)) return false;
  *position = reader.position();
  return true;
}

Result<HiveType> parse_hive_type(std::string_view text) {
  HiveType type;
  HiveTypeFault fault;
  std::size_t position = 0;
  bool good = read_hive_type(text, &position, &type, &fault);
  if (good) {
    position = text.find_first_not_of(" \t\r\n", position);
    if (position != std::string_view::npos) {
      good = false;
      fault = {.position = position, .message = "there is text behind the type"};
    }
  }
  if (good) return type;
  return Error{ErrorCode::kInvalidArgument, "the type '" + std::string(text) +
                                                "': " + fault.message + " at byte " +
                                                std::to_string(fault.position)};
}

bool is_integer(HiveKind kind) {
  return kind == HiveKind::kTinyint || kind == HiveKind::kSmallint || kind == HiveKind::kInt ||
         kind == HiveKind::kBigint;
}

bool is_number(HiveKind kind) {
  return is_integer(kind) || kind == HiveKind::kFloat || kind == HiveKind::kDouble ||
         kind == HiveKind::kDecimal;
}

}  // namespace clicklake
