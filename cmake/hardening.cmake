# How every target is built: optimised builds are hardened; asserts stay, in release too.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

string(FIND "${CMAKE_C_FLAGS}" "-fsanitize=" filamentd_sanitizer)
if(CMAKE_BUILD_TYPE MATCHES "^Rel" AND filamentd_sanitizer EQUAL -1)
  # Debian's gcc defines no level, others do: undefine first.
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection
               -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "has${flag}" known)
    check_c_compiler_flag("-Werror ${flag}" ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  # Relocations of position-independent code in a tenth of the space; glibc reads them since 2.36.
  include(CheckCSourceRuns)
  if(CMAKE_CROSSCOMPILING)
    set(has_pack_relative_relocs OFF CACHE BOOL "The target's loader reads packed relocations")
  endif()
  set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
  check_c_source_runs("static int at; int *place = &at; int main(void) { return *place; }"
    has_pack_relative_relocs)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(has_pack_relative_relocs)
    add_link_options(-Wl,-z,pack-relative-relocs)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
