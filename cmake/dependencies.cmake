# Everything here is a Debian 12 package; scripts/install-deps installs it, docs/decisions/ says why each was chosen.
find_package(Threads REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(GTest REQUIRED)
find_package(RocksDB REQUIRED)
find_package(tomlplusplus REQUIRED)  # its headers alone: runtime/config_file.cc is their only user
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
