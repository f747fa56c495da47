#include "scan/row_reader.h"

#include "scan/delimited_rows.h"
#include "scan/json_rows.h"

namespace clicklake {

std::size_t value_width(const HiveType& type) {
  switch (type.kind) {
    case HiveKind::kBoolean:
    case HiveKind::kTinyint: return 1;
    case HiveKind::kSmallint: return 2;
    case HiveKind::kInt:
    case HiveKind::kFloat:
    case HiveKind::kDate: return 4;
    case HiveKind::kBigint:
    case HiveKind::kDouble:
    case HiveKind::kTimestamp: return 8;
    case HiveKind::kDecimal:
      return type.precision <= 4 ? 2 : type.precision <= 9 ? 4 : type.precision <= 18 ? 8 : 16;
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar:
    case HiveKind::kBinary: return sizeof(TextCell);
    case HiveKind::kArray:
    case HiveKind::kMap: return sizeof(ListCell);
    case HiveKind::kStruct: return 0;
  }
  return 0;
}

std::unique_ptr<RowReader> RowReader::make(const TextFormat& format,
                                           const std::vector<HiveColumn>& columns,
                                           const std::vector<std::size_t>& wanted) {
  switch (format.serde) {
    case SerDe::kOpenCsv: return std::make_unique<CsvRows>(format, columns, wanted);
    case SerDe::kLazySimple: return std::make_unique<LazyRows>(format, columns, wanted);
    case SerDe::kOpenxJson:
    case SerDe::kHiveJson: break;
  }
  return std::make_unique<JsonRows>(format, columns, wanted);
}

}  // namespace clicklake
