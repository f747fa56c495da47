// The compiled half of Boost.JSON, which the distribution packages as headers.
#include <boost/json/src.hpp>
