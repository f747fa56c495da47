#include "scan/text_format.h"

namespace clicklake {

std::optional<SerDe> find_serde(std::string_view library) {
  if (library == "org.openx.data.jsonserde.JsonSerDe") return SerDe::kOpenxJson;
  if (library == "org.apache.hive.hcatalog.data.JsonSerDe" ||
      library == "org.apache.hadoop.hive.serde2.JsonSerDe")
    return SerDe::kHiveJson;
  if (library == "org.apache.hadoop.hive.serde2.OpenCSVSerde") return SerDe::kOpenCsv;
  if (library == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe") return SerDe::kLazySimple;
  return std::nullopt;
}

}  // namespace clicklake
