#include "crawl/json_types.h"

#include <cstring>

#include "base/utf8.h"
#include "format/json_scan.h"

namespace clicklake {
namespace {

constexpr int kMaxDepth = kMaxTypeDepth - 2;

}  // namespace

JsonTypes::Line JsonTypes::add(const char* begin, ValueTypes* row) {
  const char* p = begin;
  if (std::memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
  p = json::skip_space(p);
  if (*p == '\n') return Line::kBlank;
  if (*p != '{') return Line::kBad;
  std::uint32_t high = 0;
  json::Fault fault = json::Fault::kNone;
  const char* end = json::copy_compact(p, nullptr, nullptr, 0, kMaxDepth, &high, &fault);
  if (fault != json::Fault::kNone) return Line::kBad;
  end = json::skip_space(end);
  if (*end != '\n') return Line::kBad;
  if (high != 0 &&
      find_invalid_utf8({begin, static_cast<std::size_t>(end - begin)}) != std::string_view::npos)
    return Line::kBad;
  add_object(p, row);
  return Line::kObject;
}

const char* JsonTypes::read_string(const char* p, std::string_view* text) {
  std::uint32_t high = 0;
  const char* const begin = p + 1;
  const char* const stop = json::scan_string(begin, &high);
  if (*stop == '"') {
    *text = {begin, static_cast<std::size_t>(stop - begin)};
    return stop + 1;
  }
  // Room for what is left of the line, which is more than the string needs.
  const auto* const line_end = static_cast<const char*>(::rawmemchr(p, '\n'));
  decoded_.resize(static_cast<std::size_t>(line_end - begin) + 1);
  char* out_end = nullptr;
  json::Fault fault = json::Fault::kNone;
  const char* const end = json::decode_string(begin, decoded_.data(), &out_end, &high, &fault);
  *text = {decoded_.data(), static_cast<std::size_t>(out_end - decoded_.data())};
  return end;
}

const char* JsonTypes::add_object(const char* p, ValueTypes* types) {
  types->add(ValueForm::kObject);
  p = json::skip_space(p + 1);
  while (*p != '}') {
    std::string_view key;
    p = read_string(p, &key);
    ValueTypes* const field = types->field(key);
    p = json::skip_space(p);
    p = json::skip_space(p + 1);  // the colon
    if (field != nullptr) {
      p = add_value(p, field);
    } else {
      ValueTypes crowded_out;
      p = add_value(p, &crowded_out);
    }
    p = json::skip_space(p);
    if (*p == ',') p = json::skip_space(p + 1);
  }
  return p + 1;
}

const char* JsonTypes::add_array(const char* p, ValueTypes* types) {
  types->add(ValueForm::kArray);
  p = json::skip_space(p + 1);
  while (*p != ']') {
    p = json::skip_space(add_value(p, types->element()));
    if (*p == ',') p = json::skip_space(p + 1);
  }
  return p + 1;
}

const char* JsonTypes::add_value(const char* p, ValueTypes* types) {
  switch (*p) {
    case '{': return add_object(p, types);
    case '[': return add_array(p, types);
    case '"': {
      std::string_view text;
      p = read_string(p, &text);
      types->add(form_of_text(text));
      return p;
    }
    case 'n': types->add(ValueForm::kNull); return p + 4;
    case 't': types->add(ValueForm::kBoolean); return p + 4;
    case 'f': types->add(ValueForm::kBoolean); return p + 5;
    default: {
      const char* const end = json::scan_number(p);
      types->add(form_of_number({p, static_cast<std::size_t>(end - p)}));
      return end;
    }
  }
}

}  // namespace clicklake
