# One set of warnings for all of our own code; generated code is a library of its own, without them.
add_library(cocanvas_flags INTERFACE)
target_compile_options(cocanvas_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings
  -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -Wnull-dereference -Wno-missing-field-initializers)
target_compile_definitions(cocanvas_flags INTERFACE _GNU_SOURCE COCANVAS_VERSION="${PROJECT_VERSION}")
target_include_directories(cocanvas_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(cocanvas_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
target_compile_options(cocanvas_flags INTERFACE -fstack-protector-strong)
target_link_options(cocanvas_flags INTERFACE -Wl,-z,relro,-z,now)
