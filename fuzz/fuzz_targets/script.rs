#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bigiron_fuzz::script(bytes));
