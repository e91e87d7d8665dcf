//! The module as text, or as SPIR-V words.

use naga::back::{glsl, hlsl, msl, spv, wgsl};
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};

use super::error::{catch, with_causes};
use super::{Edges, LowerError, Lowered, layout, validated};
use crate::tree::verify::Verified;

impl Lowered {
    /// Standard WGSL, headed by the kernel's doc comment; before that stands `enable subgroups;` where the kernel uses them.
    pub fn wgsl(&self) -> Result<String, LowerError> {
        let text = self.write("WGSL", || {
            wgsl::write_string(&self.module, &self.info, wgsl::WriterFlags::empty())
                .map_err(|e| with_causes(&e))
        })?;
        // naga never writes the line, and its parser refuses it; Tint and browsers ask for it.
        let mut trees = self.trees();
        let enable = if trees.any(|tree| tree.uses_subgroups()) {
            "enable subgroups;\n\n"
        } else {
            ""
        };
        Ok(format!("{enable}{}", self.headed(&text)))
    }

    /// SPIR-V 1.3, in which every index stays inside its array.
    pub fn spirv(&self) -> Result<Vec<u32>, LowerError> {
        let options = spv::Options {
            lang_version: (1, 3),
            bounds_check_policies: BoundsCheckPolicies {
                index: BoundsCheckPolicy::Restrict,
                buffer: BoundsCheckPolicy::Restrict,
                ..Default::default()
            },
            ..Default::default()
        };
        let words = self.write("SPIR-V", || {
            spv::write_vec(&self.module, &self.info, &options, None).map_err(|e| with_causes(&e))
        })?;
        Ok(layout::of_buffers_alone(&words))
    }

    /// The Metal shading language, for reading: buffer slots are made up.
    pub fn msl(&self) -> Result<String, LowerError> {
        let options = msl::Options {
            lang_version: (2, 0),
            fake_missing_bindings: true,
            ..Default::default()
        };
        let text = self.write("MSL", || {
            let pipeline = msl::PipelineOptions::default();
            msl::write_string(&self.module, &self.info, &options, &pipeline)
                .map(|(text, _)| text)
                .map_err(|e| with_causes(&e))
        })?;
        Ok(self.headed(&text))
    }

    /// HLSL, for reading: registers are made up.
    pub fn hlsl(&self) -> Result<String, LowerError> {
        let options = hlsl::Options {
            fake_missing_bindings: true,
            special_constants_binding: self.uses_num_workgroups().then(Default::default),
            ..Default::default()
        };
        let text = self.write("HLSL", || {
            let mut text = String::new();
            let pipeline = hlsl::PipelineOptions::default();
            hlsl::Writer::new(&mut text, &options, &pipeline)
                .write(&self.module, &self.info, None)
                .map_err(|e| with_causes(&e))?;
            Ok(text)
        })?;
        Ok(self.headed(&text))
    }

    /// Desktop GLSL 4.50, for reading. What GLSL leaves undefined, such as a division by zero, is spelled out.
    pub fn glsl(&self) -> Result<String, LowerError> {
        let options = glsl::Options {
            version: glsl::Version::Desktop(450),
            binding_map: self.glsl_bindings(),
            ..Default::default()
        };
        let pipeline = glsl::PipelineOptions {
            shader_stage: naga::ShaderStage::Compute,
            entry_point: self.tree.name.clone(),
            multiview: None,
        };
        if !self.others.is_empty() {
            let none = "a text of GLSL has one kernel: write each by itself";
            return self.write("GLSL", || Err(none.to_string()));
        }
        if self.tree.uses_f16() {
            let none =
                "there is no `f16` in this GLSL; take SPIR-V, or keep halves by `pack2x16float`";
            return self.write("GLSL", || Err(none.to_string()));
        }
        let (module, info) = validated(&self.tree, Edges::SpelledOut)?;
        let text = self.write("GLSL", || {
            let mut text = String::new();
            let policies = BoundsCheckPolicies::default();
            glsl::Writer::new(&mut text, &module, &info, &options, &pipeline, policies)
                .and_then(|mut writer| writer.write())
                .map_err(|e| with_causes(&e))?;
            Ok(text)
        })?;
        Ok(self.headed(&text))
    }

    fn write<T>(
        &self,
        target: &'static str,
        f: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, LowerError> {
        catch(f).map_err(|message| LowerError::Writer {
            kernel: self.tree.name.clone(),
            loc: self.tree.loc,
            target,
            message,
        })
    }

    /// HLSL has no such builtin value; naga reads it from a constant buffer that it calls special.
    fn uses_num_workgroups(&self) -> bool {
        let wanted = Some(naga::Binding::BuiltIn(naga::BuiltIn::NumWorkGroups));
        let mut arguments = self
            .module
            .entry_points
            .iter()
            .flat_map(|e| &e.function.arguments);
        arguments.any(|a| a.binding == wanted)
    }

    fn glsl_bindings(&self) -> glsl::BindingMap {
        let variables = self.module.global_variables.iter();
        let mut bound: Vec<_> = variables.filter_map(|(_, v)| v.binding).collect();
        bound.sort();
        // GLSL has no groups: numbers in their order.
        bound.into_iter().zip(0..=u8::MAX).collect()
    }

    /// All kernels of the module.
    fn trees(&self) -> impl Iterator<Item = &Verified> {
        [&self.tree].into_iter().chain(&self.others)
    }

    /// The kernel's doc comment as line comments, then the text; of several kernels none, for nothing says which it is of.
    fn headed(&self, text: &str) -> String {
        if !self.others.is_empty() {
            return text.to_string();
        }
        let mut out = String::new();
        for line in self.tree.docs.iter().flat_map(|d| d.split(is_line_break)) {
            // At the end of a line, C's languages take a backslash for "continued on the next".
            let line = format!("// {line}");
            out.push_str(line.trim_end_matches(|c: char| c == '\\' || c.is_whitespace()));
            out.push('\n');
        }
        out.push_str(text);
        out
    }
}

/// What ends a line comment in WGSL.
fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
