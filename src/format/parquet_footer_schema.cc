#include "format/parquet_footer_schema.h"

#include <string>
#include <utility>

#include "base/ascii_case.h"

namespace clicklake {
namespace {

struct Element {
  ParquetNode node;
  std::int64_t children = 0;
};

/// parquet.thrift `ConvertedType`, by number.
void apply_converted_type(std::int64_t converted, ParquetNode& node) {
  const auto integer = [&](int bits, bool is_signed) {
    node.meaning = ParquetMeaning::kInteger;
    node.bits = bits;
    node.is_signed = is_signed;
  };
  const auto time = [&](ParquetMeaning meaning, ParquetUnit unit) {
    node.meaning = meaning;
    node.unit = unit;
    node.utc = true;
  };
  switch (converted) {
    case 0: node.meaning = ParquetMeaning::kString; break;
    case 1:  // MAP
    case 2: node.meaning = ParquetMeaning::kMap; break;
    case 3: node.meaning = ParquetMeaning::kList; break;
    case 4: node.meaning = ParquetMeaning::kEnum; break;
    case 5: node.meaning = ParquetMeaning::kDecimal; break;
    case 6: node.meaning = ParquetMeaning::kDate; break;
    case 7: time(ParquetMeaning::kTime, ParquetUnit::kMillis); break;
    case 8: time(ParquetMeaning::kTime, ParquetUnit::kMicros); break;
    case 9: time(ParquetMeaning::kTimestamp, ParquetUnit::kMillis); break;
    case 10: time(ParquetMeaning::kTimestamp, ParquetUnit::kMicros); break;
    case 11: integer(8, false); break;
    case 12: integer(16, false); break;
    case 13: integer(32, false); break;
    case 14: integer(64, false); break;
    case 15: integer(8, true); break;
    case 16: integer(16, true); break;
    case 17: integer(32, true); break;
    case 18: integer(64, true); break;
    case 19: node.meaning = ParquetMeaning::kJson; break;
    case 20: node.meaning = ParquetMeaning::kBson; break;
    case 21: node.meaning = ParquetMeaning::kInterval; break;
    default: node.meaning = ParquetMeaning::kOther;
  }
}

void read_time_type(ThriftReader& in, ParquetNode& node) {
  in.structure([&](int id, ThriftType type) {
    if (id == 1) {
      node.utc = in.boolean(type);
      return true;
    }
    if (id != 2 || !in.expect(type, ThriftType::kStruct)) return false;
    in.structure([&](int unit, ThriftType) {
      node.unit = unit == 1   ? ParquetUnit::kMillis
                  : unit == 2 ? ParquetUnit::kMicros
                              : ParquetUnit::kNanos;
      return false;
    });
    return true;
  });
}

void read_decimal_type(ThriftReader& in, ParquetNode& node) {
  in.structure([&](int id, ThriftType type) {
    if (id == 1) node.scale = in.integer32(type);
    if (id == 2) node.precision = in.integer32(type);
    return id == 1 || id == 2;
  });
}

void read_integer_type(ThriftReader& in, ParquetNode& node) {
  in.structure([&](int id, ThriftType type) {
    if (id == 1) node.bits = in.integer32(type);
    if (id == 2) node.is_signed = in.boolean(type);
    return id == 1 || id == 2;
  });
}

/// parquet.thrift `LogicalType`, a union: one field.
void read_logical_type(ThriftReader& in, ParquetNode& node) {
  in.structure([&](int id, ThriftType type) {
    if (!in.expect(type, ThriftType::kStruct)) return true;
    const auto is = [&](ParquetMeaning meaning) {
      node.meaning = meaning;
      return false;
    };
    switch (id) {
      case 1: return is(ParquetMeaning::kString);
      case 2: return is(ParquetMeaning::kMap);
      case 3: return is(ParquetMeaning::kList);
      case 4: return is(ParquetMeaning::kEnum);
      case 5:
        is(ParquetMeaning::kDecimal);
        read_decimal_type(in, node);
        return true;
      case 6: return is(ParquetMeaning::kDate);
      case 7:
        is(ParquetMeaning::kTime);
        read_time_type(in, node);
        return true;
      case 8:
        is(ParquetMeaning::kTimestamp);
        read_time_type(in, node);
        return true;
      case 10:
        is(ParquetMeaning::kInteger);
        read_integer_type(in, node);
        return true;
      case 11: return is(ParquetMeaning::kNull);
      case 12: return is(ParquetMeaning::kJson);
      case 13: return is(ParquetMeaning::kBson);
      case 14: return is(ParquetMeaning::kUuid);
      case 15: return is(ParquetMeaning::kFloat16);
      default: return is(ParquetMeaning::kOther);
    }
  });
}

Element read_element(ThriftReader& in) {
  Element out;
  ParquetNode& node = out.node;
  bool named = false;
  bool logical = false;
  std::int64_t converted = -1;
  in.structure([&](int id, ThriftType type) {
    switch (id) {
      case 1: {
        const std::int64_t physical = in.integer(type);
        if (physical < 0 || physical > static_cast<std::int64_t>(ParquetPhysical::kFixedBytes)) {
          in.fail("a column has a type that is not in the format");
        } else {
          node.physical = static_cast<ParquetPhysical>(physical);
        }
        return true;
      }
      case 3: {
        const std::int64_t repetition = in.integer(type);
        if (repetition < 0 || repetition > 2) in.fail("a column has an unknown repetition");
        node.repetition = static_cast<ParquetRepetition>(repetition & 3);
        return true;
      }
      case 4:
        node.name = in.binary(type);
        named = true;
        return true;
      case 5: out.children = in.integer(type); return true;
      case 6: converted = in.integer(type); return true;
      case 7: node.scale = in.integer32(type); return true;
      case 8: node.precision = in.integer32(type); return true;
      case 9: node.field_id = in.integer32(type); return true;
      case 10:
        if (in.expect(type, ThriftType::kStruct)) read_logical_type(in, node);
        logical = true;
        return true;
      default: return false;
    }
  });
  if (!logical && converted >= 0) apply_converted_type(converted, node);
  if (in.ok() && !named) in.fail("a column has no name");
  if (in.ok() && node.physical && out.children != 0) in.fail("a column with values has children");
  return out;
}

/// Builds the tree below `elements`, which are in depth-first order.
class TreeBuilder {
 public:
  TreeBuilder(std::vector<Element>& elements, ThriftReader& in) : elements_(elements), in_(in) {}

  std::vector<ParquetNode> build() {
    if (elements_.empty()) {
      in_.fail("the schema is empty");
      return {};
    }
    const std::int64_t columns = elements_[next_++].children;
    std::vector<ParquetNode> out = children(columns, 0);
    if (in_.ok() && next_ != elements_.size())
      in_.fail("the schema has more columns than it counts");
    return out;
  }

 private:
  std::vector<ParquetNode> children(std::int64_t count, int depth) {
    std::vector<ParquetNode> out;
    if (depth > kMostSchemaDepth) {
      in_.fail("the schema is nested too deeply");
      return out;
    }
    if (count < 0 || static_cast<std::uint64_t>(count) > elements_.size() - next_) {
      in_.fail("the schema has fewer columns than it counts");
      return out;
    }
    for (std::int64_t i = 0; i < count && in_.ok(); ++i) {
      if (next_ == elements_.size()) {
        in_.fail("the schema has fewer columns than it counts");
        return out;
      }
      Element& element = elements_[next_++];
      out.push_back(std::move(element.node));
      if (out.back().is_group()) out.back().children = children(element.children, depth + 1);
    }
    return out;
  }

  std::vector<Element>& elements_;
  ThriftReader& in_;
  std::size_t next_ = 0;
};

HiveType decimal_type(int precision, int scale) {
  HiveType type = HiveType::of(HiveKind::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

/// Makes the types of one column; the first thing that has none ends it.
class HiveTypes {
 public:
  /// Nothing: see fault().
  std::optional<HiveType> column(const ParquetNode& node) { return repeated(node, 1); }
  const std::string& fault() const { return fault_; }

 private:
  std::optional<HiveType> fail(const ParquetNode& node, std::string_view what) {
    fault_ = "'" + node.name + "' " + std::string(what);
    return std::nullopt;
  }

  /// A repeated field outside of LIST and MAP is an array of what it is.
  std::optional<HiveType> repeated(const ParquetNode& node, int depth) {
    if (node.repetition != ParquetRepetition::kRepeated) return type(node, depth);
    return array_of(type(node, depth + 1));
  }

  static std::optional<HiveType> array_of(std::optional<HiveType> element) {
    if (!element) return std::nullopt;
    HiveType array = HiveType::of(HiveKind::kArray);
    array.children.push_back(std::move(*element));
    return array;
  }

  std::optional<HiveType> type(const ParquetNode& node, int depth) {
    if (depth > kMaxTypeDepth) return fail(node, "is nested too deeply");
    if (!node.is_group()) return leaf(node);
    if (node.meaning == ParquetMeaning::kList && node.children.size() == 1 &&
        node.children[0].repetition == ParquetRepetition::kRepeated) {
      return list(node, depth);
    }
    if (node.meaning == ParquetMeaning::kMap && node.children.size() == 1 &&
        node.children[0].children.size() == 2) {
      return map(node.children[0], depth);
    }
    return structure(node, depth);
  }

  /// The repeated field is a wrapper of the element, or in older files the element itself.
  std::optional<HiveType> list(const ParquetNode& node, int depth) {
    const ParquetNode& inner = node.children[0];
    const bool is_element = !inner.is_group() || inner.children.size() != 1 ||
                            inner.name == "array" || inner.name == node.name + "_tuple";
    if (is_element) return array_of(type(inner, depth + 1));
    return array_of(repeated(inner.children[0], depth + 1));
  }

  std::optional<HiveType> map(const ParquetNode& entry, int depth) {
    auto key = repeated(entry.children[0], depth + 1);
    auto value = repeated(entry.children[1], depth + 1);
    if (!key || !value) return std::nullopt;
    HiveType out = HiveType::of(HiveKind::kMap);
    out.children = {std::move(*key), std::move(*value)};
    return out;
  }

  std::optional<HiveType> structure(const ParquetNode& node, int depth) {
    if (node.children.empty()) return fail(node, "is a group without fields");
    HiveType out = HiveType::of(HiveKind::kStruct);
    for (const ParquetNode& child : node.children) {
      auto field = repeated(child, depth + 1);
      if (!field) return std::nullopt;
      out.children.push_back(std::move(*field));
      out.field_names.push_back(lower_case(child.name));
    }
    return out;
  }

  std::optional<HiveType> leaf(const ParquetNode& node) {
    switch (node.meaning) {
      case ParquetMeaning::kString:
      case ParquetMeaning::kEnum:
      case ParquetMeaning::kJson:
      case ParquetMeaning::kUuid:
      case ParquetMeaning::kInterval:
      case ParquetMeaning::kNull: return HiveType::of(HiveKind::kString);
      case ParquetMeaning::kDate: return HiveType::of(HiveKind::kDate);
      case ParquetMeaning::kTimestamp: return HiveType::of(HiveKind::kTimestamp);
      case ParquetMeaning::kFloat16: return HiveType::of(HiveKind::kFloat);
      case ParquetMeaning::kDecimal:
        if (node.precision < 1 || node.precision > 38 || node.scale < 0 ||
            node.scale > node.precision) {
          return fail(node, "is a decimal that Hive has no type for");
        }
        return decimal_type(node.precision, node.scale);
      case ParquetMeaning::kInteger: return integer(node);
      default: return physical(node);
    }
  }

  static HiveType integer(const ParquetNode& node) {
    const int bits = node.is_signed ? node.bits : node.bits * 2;
    if (bits <= 8) return HiveType::of(HiveKind::kTinyint);
    if (bits <= 16) return HiveType::of(HiveKind::kSmallint);
    if (bits <= 32) return HiveType::of(HiveKind::kInt);
    if (bits <= 64) return HiveType::of(HiveKind::kBigint);
    return decimal_type(20, 0);
  }

  static HiveType physical(const ParquetNode& node) {
    switch (*node.physical) {
      case ParquetPhysical::kBoolean: return HiveType::of(HiveKind::kBoolean);
      case ParquetPhysical::kInt32: return HiveType::of(HiveKind::kInt);
      case ParquetPhysical::kInt64: return HiveType::of(HiveKind::kBigint);
      case ParquetPhysical::kInt96: return HiveType::of(HiveKind::kTimestamp);
      case ParquetPhysical::kFloat: return HiveType::of(HiveKind::kFloat);
      case ParquetPhysical::kDouble: return HiveType::of(HiveKind::kDouble);
      default: return HiveType::of(HiveKind::kBinary);
    }
  }

  std::string fault_;
};

}  // namespace

std::vector<ParquetNode> read_parquet_schema(ThriftReader& in, ThriftType type) {
  std::vector<Element> elements;
  in.list(type, [&](ThriftType element) {
    if (in.expect(element, ThriftType::kStruct)) elements.push_back(read_element(in));
  });
  if (!in.ok()) return {};
  return TreeBuilder(elements, in).build();
}

Result<std::vector<HiveColumn>> hive_columns(const ParquetFooter& footer, std::string_view name) {
  std::vector<HiveColumn> columns;
  for (const ParquetNode& node : footer.columns) {
    HiveTypes types;
    auto type = types.column(node);
    if (!type) {
      return Error{ErrorCode::kUnsupported, std::string(name) + ": column '" + node.name +
                                                "' has no type of Hive's: " + types.fault()};
    }
    columns.push_back({lower_case(node.name), std::move(*type), ""});
  }
  return columns;
}

}  // namespace clicklake
