//! `PrintText()`: the screen as text or as HTML, as data lines or to a file.

use std::fs::OpenOptions;
use std::io::Write;

use tn3270::terminal::Terminal;
use tn3270::wire::{Color, Highlight, Intensity};

/// The arguments of `PrintText()`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    html: bool,
    /// Given as data lines rather than written to a file.
    as_data: bool,
    replace: bool,
    file: Option<String>,
}

fn parse(arguments: &[String]) -> Result<Wanted, String> {
    let mut wanted = Wanted::default();
    for (at, argument) in arguments.iter().enumerate() {
        match argument.to_ascii_lowercase().as_str() {
            "html" => wanted.html = true,
            "string" => wanted.as_data = true,
            "replace" => wanted.replace = true,
            "append" | "file" | "modi" => {}
            "rtf" => return Err("PrintText(): rtf is not written; html is".into()),
            "command" | "gdi" | "wordpad" => {
                return Err(format!(
                    "PrintText(): {argument} runs a program, which is not done here; give a file"
                ));
            }
            "caption" | "secure" | "nodialog" | "dialog" => {
                return Err(format!("PrintText(): {argument} is not supported"));
            }
            _ if at + 1 < arguments.len() => {
                return Err("PrintText(): extra arguments".into());
            }
            _ => wanted.file = Some(argument.clone()),
        }
    }
    match (wanted.as_data, &wanted.file) {
        (true, Some(_)) => Err("PrintText(): extra arguments".into()),
        (false, None) => Err("PrintText(): missing filename".into()),
        _ => Ok(wanted),
    }
}

/// Prints the screen; gives the data lines. Only a `local` script may write files.
pub fn print(
    terminal: &Terminal,
    arguments: &[String],
    local: bool,
) -> Result<Vec<String>, String> {
    let wanted = parse(arguments)?;
    let lines = match wanted.html {
        true => html(terminal),
        false => terminal.text().lines().map(str::to_owned).collect(),
    };
    let Some(file) = &wanted.file else {
        return Ok(lines);
    };
    if !local {
        return Err(
            "PrintText(): no file is written for a client of a socket; PrintText(string) tells"
                .into(),
        );
    }
    let mut text = lines.join("\n");
    text.push('\n');
    let opened = OpenOptions::new()
        .create(true)
        .write(true)
        .append(!wanted.replace)
        .truncate(wanted.replace)
        .open(file);
    opened
        .and_then(|mut out| out.write_all(text.as_bytes()))
        .map_err(|error| format!("PrintText(): {file}: {error}"))?;
    Ok(Vec::new())
}

/// The screen as a page that looks like it.
fn html(terminal: &Terminal) -> Vec<String> {
    let mut page = String::from(
        "<html>\n<head>\n <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\n</head>\n <body>\n  \
         <table border=0><tr bgcolor=black><td><pre>",
    );
    let columns = terminal.columns().max(1);
    let mut style = String::new();
    for row in 0..terminal.rows() {
        for column in 0..columns {
            let look = terminal.look(row * columns + column);
            let next = css(look.fg, look.bg, look.highlight, look.intensity);
            if next != style {
                if !style.is_empty() {
                    page.push_str("</span>");
                }
                page.push_str(&format!("<span style=\"{next}\">"));
                style = next;
            }
            match look.ch {
                '<' => page.push_str("&lt;"),
                '>' => page.push_str("&gt;"),
                '&' => page.push_str("&amp;"),
                ch => page.push(ch),
            }
        }
        if row + 1 < terminal.rows() {
            page.push('\n');
        }
    }
    page.push_str("</span></pre></td></tr>\n  </table>\n </body>\n</html>");
    page.lines().map(str::to_owned).collect()
}

fn css(fg: Color, bg: Color, highlight: Highlight, intensity: Intensity) -> String {
    let (fg, bg) = match highlight {
        Highlight::Reverse => (css_color(bg), css_color(fg)),
        _ => (css_color(fg), css_color(bg)),
    };
    let bold = intensity == Intensity::High || highlight == Highlight::Intensify;
    format!(
        "color:{fg};background:{bg};font-weight:{};font-style:normal;text-decoration:{}",
        if bold { "bold" } else { "normal" },
        match highlight {
            Highlight::Underscore => "underline",
            _ => "none",
        }
    )
}

fn css_color(color: Color) -> &'static str {
    match color {
        Color::Default | Color::Green => "green",
        Color::NeutralBlack | Color::Black => "black",
        Color::Blue => "blue",
        Color::Red => "red",
        Color::Pink => "pink",
        Color::Turquoise => "turquoise",
        Color::Yellow => "yellow",
        Color::White | Color::BrightWhite => "white",
        Color::DeepBlue => "darkblue",
        Color::Orange => "orange",
        Color::Purple => "purple",
        Color::PaleGreen => "palegreen",
        Color::PaleTurquoise => "paleturquoise",
        Color::Grey => "gray",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tn3270::terminal::TerminalOptions;
    use tn3270::wire::Outbound;

    fn words(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    fn screen() -> Terminal {
        let mut terminal = Terminal::new(TerminalOptions::default());
        let bytes = b"\xf5\xc3\x11\x40\x40\x1d\xf8\xc1\x4c\x1d\x40";
        terminal.apply(&Outbound::decode(bytes).unwrap());
        terminal
    }

    #[test]
    fn a_file_is_written_only_for_the_user_at_the_keyboard() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("screen.txt").display().to_string();
        let arguments = words(&format!("file,{file}"));
        let refused = print(&screen(), &arguments, false).unwrap_err();
        assert!(refused.contains("client of a socket"), "{refused}");
        assert!(!std::path::Path::new(&file).exists());
        for lines in [24, 48] {
            assert_eq!(print(&screen(), &arguments, true), Ok(Vec::new()));
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(text.starts_with(" A<"));
            assert_eq!(text.lines().count(), lines);
        }
        print(
            &screen(),
            &words(&format!("html,replace,file,{file}")),
            true,
        )
        .unwrap();
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(
            page.contains("font-weight:bold") && page.contains("A&lt;"),
            "{page}"
        );
    }

    #[test]
    fn arguments_are_keywords_and_then_a_file() {
        let error = |text: &str| print(&screen(), &words(text), true).unwrap_err();
        assert_eq!(error("file"), "PrintText(): missing filename");
        assert_eq!(error("foo,bar"), "PrintText(): extra arguments");
        assert!(error("command,lpr").contains("runs a program"));
        assert_eq!(print(&screen(), &words("string"), false).unwrap().len(), 24);
    }
}
