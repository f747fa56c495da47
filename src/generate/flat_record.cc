#include "generate/flat_record.h"

#include <algorithm>
#include <utility>

namespace clicklake::synthetic {

namespace {

/// Takes the string at `*at` (a quote) and returns it with its quotes.
std::string_view take_string(std::string_view line, std::size_t* at) {
  std::size_t begin = *at, end = begin + 1;
  while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  *at = end + 1;
  return line.substr(begin, *at - begin);
}

std::string_view take_value(std::string_view line, std::size_t* at) {
  if (line[*at] == '"') return take_string(line, at);
  std::size_t begin = *at;
  *at = line.find_first_of(",}", begin);
  return line.substr(begin, *at - begin);
}

/// Takes the object at `*at` (its brace); `metadata` is null inside of metadata.
void take_object(std::string_view line, std::size_t* at, std::vector<RecordField>* fields,
                 std::vector<RecordField>* metadata) {
  while (line[*at] != '}') {
    ++*at;  // '{' or ','
    std::string_view key = take_string(line, at);
    key = key.substr(1, key.size() - 2);
    ++*at;  // ':'
    if (metadata != nullptr && line[*at] == '{') {
      take_object(line, at, metadata, nullptr);
      fields->push_back({std::string(key), "", true});
    } else {
      fields->push_back({std::string(key), std::string(take_value(line, at))});
    }
  }
  ++*at;
}

class TextMaker {
 public:
  explicit TextMaker(Random* spaces) : spaces_(spaces) {}
  std::string take() { return std::move(text_); }

  void object(const std::vector<RecordField>& fields, const std::vector<RecordField>& metadata) {
    token("{");
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) token(",");
      text_ += '"';
      text_ += fields[i].key;
      token("\"");
      token(":");
      if (fields[i].is_metadata && fields[i].value.empty()) {
        object(metadata, {});
      } else {
        token(fields[i].value);
      }
    }
    token("}");
  }

 private:
  void token(std::string_view token) {
    text_ += token;
    if (spaces_ == nullptr) return;
    std::uint32_t dice = spaces_->below(6);
    if (dice == 0) text_ += ' ';
    if (dice == 1) text_ += "  ";
    if (dice == 2) text_ += '\t';
  }

  Random* spaces_;
  std::string text_;
};

void set_in(std::vector<RecordField>* fields, std::vector<RecordField>::iterator where,
            std::string_view key, std::string value) {
  for (RecordField& field : *fields) {
    if (field.key == key) {
      field.value = std::move(value);
      return;
    }
  }
  fields->insert(where, {std::string(key), std::move(value)});
}

}  // namespace

FlatRecord FlatRecord::of(std::string_view line) {
  FlatRecord record;
  std::size_t at = 0;
  take_object(line, &at, &record.fields, &record.metadata);
  return record;
}

std::string FlatRecord::text(Random* spaces) const {
  TextMaker maker(spaces);
  maker.object(fields, metadata);
  return maker.take();
}

RecordField* FlatRecord::find(std::string_view key) {
  for (RecordField& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

void FlatRecord::set(std::string_view key, std::string value) {
  auto metadata_field = std::find_if(fields.begin(), fields.end(),
                                     [](const RecordField& f) { return f.is_metadata; });
  set_in(&fields, metadata_field, key, std::move(value));
}

void FlatRecord::erase(std::string_view key) {
  std::erase_if(fields, [key](const RecordField& f) { return f.key == key; });
}

void FlatRecord::set_metadata(std::string_view key, std::string value) {
  set_in(&metadata, metadata.end(), key, std::move(value));
}

}  // namespace clicklake::synthetic
